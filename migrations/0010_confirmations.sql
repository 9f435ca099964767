CREATE TABLE "confirmations" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"guild_id" text,
	"channel_id" text NOT NULL,
	"kind" text NOT NULL,
	"wishes" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "confirmations_member" ON "confirmations" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "confirmations_age" ON "confirmations" USING btree ("created_at");