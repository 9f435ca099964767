CREATE TABLE "paint_hosts" (
	"id" text PRIMARY KEY NOT NULL,
	"models" jsonb NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
