ALTER TABLE "cards" ALTER COLUMN "channel_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "cards" ADD COLUMN "decisions" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "cards" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "cards" ADD COLUMN "shown_version" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "cards" ADD COLUMN "attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "cards" ADD COLUMN "due_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "cards" ADD COLUMN "last_error" text;--> statement-breakpoint
ALTER TABLE "sanctions" ADD COLUMN "told_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "cards_due" ON "cards" USING btree ("due_at") WHERE "cards"."shown_version" < "cards"."version";--> statement-breakpoint
CREATE INDEX "cards_guild" ON "cards" USING btree ("guild_id","created_at");--> statement-breakpoint
CREATE INDEX "generations_parent" ON "generations" USING btree ("parent_image_id");