CREATE TABLE "change" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "change_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"transaction" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"timeline" integer DEFAULT 0 NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"type" text NOT NULL,
	"facility" text NOT NULL,
	"source" text NOT NULL,
	"proposal_id" text,
	"crate_id" uuid,
	"crate_iri" text,
	"crate_version_id" uuid,
	"pull_id" uuid,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "findings_link" (
	"id" uuid PRIMARY KEY NOT NULL,
	"sha256" "bytea" NOT NULL,
	"crate_version_id" uuid NOT NULL,
	"caller" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "findings_link_sha256_unique" UNIQUE("sha256")
);
--> statement-breakpoint
CREATE TABLE "rebase" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "rebase_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"facility" text NOT NULL,
	"from_prefix" text NOT NULL,
	"to_prefix" text NOT NULL,
	"because" text,
	"caller" text NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "redacted_id" (
	"id" uuid NOT NULL,
	"redaction_id" bigint NOT NULL,
	CONSTRAINT "redacted_id_id_redaction_id_pk" PRIMARY KEY("id","redaction_id")
);
--> statement-breakpoint
CREATE TABLE "source_state" (
	"facility" text NOT NULL,
	"source" text NOT NULL,
	"schedule" text,
	"timezone" text,
	"next_run_at" timestamp with time zone,
	"last_scheduled_at" timestamp with time zone,
	"paused_at" timestamp with time zone,
	"paused_by" text,
	"paused_because" text,
	"watermark" text,
	"last_full_at" timestamp with time zone,
	"last_pull_id" uuid,
	"last_success_at" timestamp with time zone,
	"last_change_at" timestamp with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"failing_since" timestamp with time zone,
	"failure_code" text,
	"told" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "source_state_facility_source_pk" PRIMARY KEY("facility","source")
);
--> statement-breakpoint
ALTER TABLE "pull_item" ALTER COLUMN "outcome" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "crate" ADD COLUMN "relayed" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "crate_location" ADD COLUMN "crate_version_id" uuid;--> statement-breakpoint
ALTER TABLE "crate_location" ADD COLUMN "document_url" text;--> statement-breakpoint
ALTER TABLE "crate_version_document" ADD COLUMN "etag" text;--> statement-breakpoint
ALTER TABLE "crate_version_document" ADD COLUMN "last_modified" text;--> statement-breakpoint
ALTER TABLE "pull" ADD COLUMN "trigger" text DEFAULT 'request' NOT NULL;--> statement-breakpoint
ALTER TABLE "pull" ADD COLUMN "accept_missing" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "pull" ADD COLUMN "full" boolean;--> statement-breakpoint
ALTER TABLE "pull" ADD COLUMN "watermark" text;--> statement-breakpoint
ALTER TABLE "pull" ADD COLUMN "listed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "pull" ADD COLUMN "conflict" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "pull" ADD COLUMN "withdrawn" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "pull" ADD COLUMN "gone" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "pull" ADD COLUMN "returned" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "pull" ADD COLUMN "held" jsonb;--> statement-breakpoint
ALTER TABLE "pull" ADD COLUMN "problems" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "pull_item" ADD COLUMN "url" text;--> statement-breakpoint
ALTER TABLE "pull_item" ADD COLUMN "parent" text;--> statement-breakpoint
ALTER TABLE "pull_item" ADD COLUMN "depth" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "pull_item" ADD COLUMN "etag" text;--> statement-breakpoint
ALTER TABLE "pull_item" ADD COLUMN "last_modified" text;--> statement-breakpoint
ALTER TABLE "pull_item" ADD COLUMN "bytes_referenced" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "pull_item" ADD COLUMN "finished_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "redaction" ADD COLUMN "kind" text NOT NULL;--> statement-breakpoint
ALTER TABLE "redaction" ADD COLUMN "crate_id" uuid NOT NULL;--> statement-breakpoint
ALTER TABLE "redaction" ADD COLUMN "facility" text NOT NULL;--> statement-breakpoint
ALTER TABLE "redaction" ADD COLUMN "proposal_id" text;--> statement-breakpoint
ALTER TABLE "redaction" ADD COLUMN "entity_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "redaction" ADD COLUMN "documents" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "redaction" ADD COLUMN "lifted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "findings_link" ADD CONSTRAINT "findings_link_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redacted_id" ADD CONSTRAINT "redacted_id_redaction_id_redaction_id_fk" FOREIGN KEY ("redaction_id") REFERENCES "public"."redaction"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "change_order" ON "change" USING btree ("timeline","transaction","id");--> statement-breakpoint
CREATE INDEX "change_source" ON "change" USING btree ("facility","source","id");--> statement-breakpoint
CREATE INDEX "change_crate" ON "change" USING btree ("crate_id","id");--> statement-breakpoint
CREATE INDEX "source_state_due" ON "source_state" USING btree ("next_run_at");--> statement-breakpoint
ALTER TABLE "crate_location" ADD CONSTRAINT "crate_location_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "crate_location_document" ON "crate_location" USING btree ("document_sha256");--> statement-breakpoint
CREATE INDEX "crate_version_quarantined" ON "crate_version" USING btree ("registered_at") WHERE "crate_version"."state" = 'quarantined';--> statement-breakpoint
CREATE INDEX "crate_version_nested" ON "crate_version" USING gin ("nested" jsonb_path_ops) WHERE "crate_version"."state" = 'current';--> statement-breakpoint
CREATE INDEX "crate_version_identifiers" ON "crate_version" USING gin ("identifiers" jsonb_path_ops);--> statement-breakpoint
CREATE INDEX "sample_seguid" ON "sample" USING hash ("seguid") WHERE "sample"."current";--> statement-breakpoint
CREATE UNIQUE INDEX "pull_lease" ON "pull" USING btree ("facility","source") WHERE "pull"."state" = 'running' AND NOT "pull"."dry_run";--> statement-breakpoint
CREATE UNIQUE INDEX "pull_item_url" ON "pull_item" USING btree ("pull_id","url");--> statement-breakpoint
CREATE INDEX "pull_item_waiting" ON "pull_item" USING btree ("pull_id") WHERE "pull_item"."outcome" IS NULL;--> statement-breakpoint
CREATE INDEX "pull_item_crate" ON "pull_item" USING btree ("pull_id","crate");--> statement-breakpoint
CREATE INDEX "redaction_crate" ON "redaction" USING btree ("crate_id");