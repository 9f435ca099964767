CREATE TABLE "uploads" (
	"file" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"guild_id" text,
	"channel_id" text NOT NULL,
	"sha256" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"ratings" jsonb,
	"youth_tags" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"used_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "generations" ADD COLUMN "ceiling" text;--> statement-breakpoint
CREATE INDEX "uploads_member" ON "uploads" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "uploads_used" ON "uploads" USING btree ("used_at");