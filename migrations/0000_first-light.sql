CREATE TABLE "fair_lanes" (
	"lane" text PRIMARY KEY NOT NULL,
	"served" integer DEFAULT 0 NOT NULL,
	"member_clock" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "fair_members" (
	"lane" text NOT NULL,
	"user_id" text NOT NULL,
	"finish" integer NOT NULL,
	CONSTRAINT "fair_members_lane_user_id_pk" PRIMARY KEY("lane","user_id")
);
--> statement-breakpoint
CREATE TABLE "generations" (
	"id" text PRIMARY KEY NOT NULL,
	"interaction_id" text NOT NULL,
	"kind" text NOT NULL,
	"guild_id" text,
	"channel_id" text NOT NULL,
	"user_id" text NOT NULL,
	"lane" text NOT NULL,
	"request" jsonb NOT NULL,
	"notes" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"recipe" jsonb NOT NULL,
	"recipe_hash" text NOT NULL,
	"parent_image_id" text,
	"state" text DEFAULT 'queued' NOT NULL,
	"cancel_requested" boolean DEFAULT false NOT NULL,
	"cost" integer NOT NULL,
	"start_tag" integer NOT NULL,
	"member_tag" integer NOT NULL,
	"job_id" text NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"crashes" integer DEFAULT 0 NOT NULL,
	"failure" text,
	"application_id" text NOT NULL,
	"interaction_token" text NOT NULL,
	"token_expires_at" timestamp with time zone NOT NULL,
	"upload_limit" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "generations_interaction_id_unique" UNIQUE("interaction_id")
);
--> statement-breakpoint
CREATE TABLE "images" (
	"id" text PRIMARY KEY NOT NULL,
	"generation_id" text NOT NULL,
	"position" integer NOT NULL,
	"seed" bigint NOT NULL,
	"width" integer NOT NULL,
	"height" integer NOT NULL,
	"sha256" text NOT NULL,
	"file" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"small_file" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"generation_id" text PRIMARY KEY NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_error" text,
	"message_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"delivered_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "progress" (
	"generation_id" text PRIMARY KEY NOT NULL,
	"step" integer NOT NULL,
	"steps" integer NOT NULL,
	"preview" "bytea",
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "usage" (
	"generation_id" text PRIMARY KEY NOT NULL,
	"guild_id" text,
	"user_id" text NOT NULL,
	"state" text DEFAULT 'reserved' NOT NULL,
	"pictures" integer NOT NULL,
	"steps" integer NOT NULL,
	"gpu_ms" integer DEFAULT 0 NOT NULL,
	"work" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "images" ADD CONSTRAINT "images_generation_id_generations_id_fk" FOREIGN KEY ("generation_id") REFERENCES "public"."generations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_generation_id_generations_id_fk" FOREIGN KEY ("generation_id") REFERENCES "public"."generations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "progress" ADD CONSTRAINT "progress_generation_id_generations_id_fk" FOREIGN KEY ("generation_id") REFERENCES "public"."generations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage" ADD CONSTRAINT "usage_generation_id_generations_id_fk" FOREIGN KEY ("generation_id") REFERENCES "public"."generations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "generations_waiting" ON "generations" USING btree ("state","start_tag");--> statement-breakpoint
CREATE INDEX "generations_lane_waiting" ON "generations" USING btree ("lane","state");--> statement-breakpoint
CREATE UNIQUE INDEX "generations_one_upscale" ON "generations" USING btree ("parent_image_id",("recipe" ->> 'upscaler')) WHERE "generations"."kind" = 'upscale' and "generations"."state" not in ('failed', 'cancelled') and "generations"."deleted_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "images_position" ON "images" USING btree ("generation_id","position");--> statement-breakpoint
CREATE INDEX "outbox_due" ON "outbox" USING btree ("state","due_at");--> statement-breakpoint
CREATE INDEX "usage_member" ON "usage" USING btree ("guild_id","user_id");