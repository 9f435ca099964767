CREATE TABLE "deletions" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "deletions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"user_id" text NOT NULL,
	"scope" text NOT NULL,
	"messages_left" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE INDEX "deletions_member" ON "deletions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "generations_member" ON "generations" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE INDEX "generations_age" ON "generations" USING btree ("guild_id","created_at");--> statement-breakpoint
CREATE INDEX "generations_purge" ON "generations" USING btree ("purge_at") WHERE "generations"."purge_at" is not null;--> statement-breakpoint
CREATE INDEX "generations_tokens" ON "generations" USING btree ("token_expires_at") WHERE "generations"."interaction_token" <> '';