CREATE TABLE "audit" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"guild_id" text NOT NULL,
	"actor_id" text,
	"action" text NOT NULL,
	"channel_id" text,
	"generation_id" text,
	"user_id" text,
	"before" jsonb,
	"after" jsonb,
	"undoes" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "audit_undoes_unique" UNIQUE("undoes")
);
--> statement-breakpoint
CREATE TABLE "cards" (
	"generation_id" text PRIMARY KEY NOT NULL,
	"guild_id" text NOT NULL,
	"channel_id" text NOT NULL,
	"message_id" text,
	"state" text DEFAULT 'open' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"generation_id" text NOT NULL,
	"user_id" text NOT NULL,
	"guild_id" text NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reports_generation_id_user_id_pk" PRIMARY KEY("generation_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "sanctions" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "sanctions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"guild_id" text NOT NULL,
	"user_id" text NOT NULL,
	"kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"generation_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"lifted_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"guild_id" text NOT NULL,
	"channel_id" text DEFAULT '' NOT NULL,
	"version" integer NOT NULL,
	"values" jsonb NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "settings_guild_id_channel_id_pk" PRIMARY KEY("guild_id","channel_id")
);
--> statement-breakpoint
ALTER TABLE "usage" DROP CONSTRAINT "usage_generation_id_generations_id_fk";
--> statement-breakpoint
ALTER TABLE "generations" ADD COLUMN "seen_age_restricted" boolean;--> statement-breakpoint
ALTER TABLE "generations" ADD COLUMN "purge_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "images" ADD COLUMN "ratings" jsonb;--> statement-breakpoint
ALTER TABLE "images" ADD COLUMN "youth_tags" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "images" ADD COLUMN "shown" text;--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_generation_id_generations_id_fk" FOREIGN KEY ("generation_id") REFERENCES "public"."generations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_generation_id_generations_id_fk" FOREIGN KEY ("generation_id") REFERENCES "public"."generations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_guild" ON "audit" USING btree ("guild_id","created_at");--> statement-breakpoint
CREATE INDEX "reports_guild" ON "reports" USING btree ("guild_id","created_at");--> statement-breakpoint
CREATE INDEX "sanctions_member" ON "sanctions" USING btree ("guild_id","user_id");