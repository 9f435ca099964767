ALTER TABLE "generations" ADD COLUMN "held_for" text;--> statement-breakpoint
ALTER TABLE "generations" ADD COLUMN "approved_at" timestamp with time zone;--> statement-breakpoint
-- Delivered before the bot noted how: all of it was shown then, and its buttons ask for that.
UPDATE "images" SET "shown" = 'open' FROM "outbox" WHERE "outbox"."generation_id" = "images"."generation_id" AND "outbox"."state" = 'delivered' AND "images"."shown" IS NULL;
