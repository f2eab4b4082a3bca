CREATE TABLE "crate" (
	"id" uuid PRIMARY KEY NOT NULL,
	"iri" text NOT NULL,
	"facility" text NOT NULL,
	"source" text NOT NULL,
	"first_seen_at" timestamp with time zone NOT NULL,
	CONSTRAINT "crate_iri_unique" UNIQUE("iri")
);
--> statement-breakpoint
CREATE TABLE "crate_location" (
	"crate_id" uuid NOT NULL,
	"facility" text NOT NULL,
	"source" text NOT NULL,
	"url" text NOT NULL,
	"document_sha256" "bytea" NOT NULL,
	"etag" text,
	"last_modified" text,
	"misses" integer DEFAULT 0 NOT NULL,
	"gone_at" timestamp with time zone,
	CONSTRAINT "crate_location_crate_id_facility_source_url_pk" PRIMARY KEY("crate_id","facility","source","url")
);
--> statement-breakpoint
CREATE TABLE "crate_version" (
	"id" uuid PRIMARY KEY NOT NULL,
	"crate_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"document_set_sha256" "bytea" NOT NULL,
	"state" text NOT NULL,
	"profile" text NOT NULL,
	"conformant" boolean NOT NULL,
	"verdicts" jsonb NOT NULL,
	"findings" jsonb NOT NULL,
	"checker_version" text NOT NULL,
	"mapper_version" text NOT NULL,
	"mapping_context" jsonb NOT NULL,
	"registered_at" timestamp with time zone NOT NULL,
	"admitted" boolean NOT NULL,
	"row_counts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"bytes_referenced" bigint DEFAULT 0 NOT NULL,
	"name" text,
	"description" text,
	"date_published" text,
	"license" text,
	"technique" text,
	"facility_name" text,
	"proposal_id" text,
	"package_tier" text,
	"conditions_of_access" text,
	"collection_date" text,
	"time_earliest" timestamp with time zone,
	"time_before" timestamp with time zone,
	"keywords" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"identifiers" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"conforms_to" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"publisher_iri" text,
	"sufficiency" jsonb,
	"nested" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "crate_version_documents" UNIQUE("crate_id","document_set_sha256"),
	CONSTRAINT "crate_version_number" UNIQUE("crate_id","number")
);
--> statement-breakpoint
CREATE TABLE "crate_version_document" (
	"crate_version_id" uuid NOT NULL,
	"role" text NOT NULL,
	"iri" text NOT NULL,
	"document_sha256" "bytea" NOT NULL,
	CONSTRAINT "crate_version_document_crate_version_id_role_iri_pk" PRIMARY KEY("crate_version_id","role","iri")
);
--> statement-breakpoint
CREATE TABLE "document" (
	"sha256" "bytea" PRIMARY KEY NOT NULL,
	"media_type" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"encoding" text NOT NULL,
	"content" "bytea" NOT NULL,
	"stored_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "association" (
	"id" uuid PRIMARY KEY NOT NULL,
	"crate_version_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"subject_entity_id" uuid NOT NULL,
	"object_entity_id" uuid NOT NULL,
	"role" text,
	"position" smallint,
	"json_pointer" text NOT NULL,
	"facility" text NOT NULL,
	"proposal_id" text,
	"current" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "component_interaction" (
	"id" uuid PRIMARY KEY NOT NULL,
	"crate_version_id" uuid NOT NULL,
	"entity_id" uuid NOT NULL,
	"identity_key" text NOT NULL,
	"identity" jsonb NOT NULL,
	"iri" text NOT NULL,
	"json_pointer" text NOT NULL,
	"facility" text NOT NULL,
	"proposal_id" text,
	"current" boolean NOT NULL,
	"precedence" smallint NOT NULL,
	"asserted_at" timestamp with time zone NOT NULL,
	"implied" boolean DEFAULT false NOT NULL,
	"name" text,
	"description" text,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sample_entity_id" uuid,
	"subject_entity_id" uuid,
	"object_entity_id" uuid,
	"interaction_type" text,
	"interaction_status" text
);
--> statement-breakpoint
CREATE TABLE "data_file" (
	"id" uuid PRIMARY KEY NOT NULL,
	"crate_version_id" uuid NOT NULL,
	"entity_id" uuid NOT NULL,
	"identity_key" text NOT NULL,
	"identity" jsonb NOT NULL,
	"iri" text NOT NULL,
	"json_pointer" text NOT NULL,
	"facility" text NOT NULL,
	"proposal_id" text,
	"current" boolean NOT NULL,
	"precedence" smallint NOT NULL,
	"asserted_at" timestamp with time zone NOT NULL,
	"implied" boolean DEFAULT false NOT NULL,
	"name" text,
	"description" text,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"pointer_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"file_name" text NOT NULL,
	"relative_path" text,
	"file_format" text,
	"data_type" text,
	"file_role" text,
	"encoding_format" text,
	"processing_level" integer,
	"file_size_bytes" bigint,
	"storage_uri" text,
	"storage_uri_written" text,
	"sha256" "bytea",
	"checksum_source" text,
	"declared_digest" text,
	"part_count" integer,
	"is_designated" boolean DEFAULT false NOT NULL,
	"related_entity" uuid,
	"source" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "data_file_member" (
	"id" uuid PRIMARY KEY NOT NULL,
	"data_file_id" uuid NOT NULL,
	"path" text NOT NULL,
	"file_size_bytes" bigint,
	"sha256" "bytea",
	"checksum_source" text
);
--> statement-breakpoint
CREATE TABLE "declared_missing" (
	"id" uuid PRIMARY KEY NOT NULL,
	"crate_version_id" uuid NOT NULL,
	"entity_id" uuid NOT NULL,
	"field" text NOT NULL,
	"reason" text,
	"blocks" text,
	"note" text,
	"json_pointer" text NOT NULL,
	"facility" text NOT NULL,
	"proposal_id" text,
	"current" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "experiment_run" (
	"id" uuid PRIMARY KEY NOT NULL,
	"crate_version_id" uuid NOT NULL,
	"entity_id" uuid NOT NULL,
	"identity_key" text NOT NULL,
	"identity" jsonb NOT NULL,
	"iri" text NOT NULL,
	"json_pointer" text NOT NULL,
	"facility" text NOT NULL,
	"proposal_id" text,
	"current" boolean NOT NULL,
	"precedence" smallint NOT NULL,
	"asserted_at" timestamp with time zone NOT NULL,
	"implied" boolean DEFAULT false NOT NULL,
	"name" text,
	"description" text,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"experiment_code" text,
	"technique" text,
	"processing_status" text,
	"collection_mode" text,
	"beamline_id" text,
	"raw_data_location" text,
	"experiment_date" text,
	"start_time" text,
	"end_time" text,
	"time_earliest" timestamp with time zone,
	"time_before" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "instrument" (
	"id" uuid PRIMARY KEY NOT NULL,
	"crate_version_id" uuid NOT NULL,
	"entity_id" uuid NOT NULL,
	"identity_key" text NOT NULL,
	"identity" jsonb NOT NULL,
	"iri" text NOT NULL,
	"json_pointer" text NOT NULL,
	"facility" text NOT NULL,
	"proposal_id" text,
	"current" boolean NOT NULL,
	"precedence" smallint NOT NULL,
	"asserted_at" timestamp with time zone NOT NULL,
	"implied" boolean DEFAULT false NOT NULL,
	"name" text,
	"description" text,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"instrument_code" text,
	"instrument_category" text,
	"beamline_id" text,
	"facility_name" text,
	"facility_ror" text,
	"manufacturer" text,
	"model" text,
	"detector" text
);
--> statement-breakpoint
CREATE TABLE "molecule" (
	"id" uuid PRIMARY KEY NOT NULL,
	"crate_version_id" uuid NOT NULL,
	"entity_id" uuid NOT NULL,
	"identity_key" text NOT NULL,
	"identity" jsonb NOT NULL,
	"iri" text NOT NULL,
	"json_pointer" text NOT NULL,
	"facility" text NOT NULL,
	"proposal_id" text,
	"current" boolean NOT NULL,
	"precedence" smallint NOT NULL,
	"asserted_at" timestamp with time zone NOT NULL,
	"implied" boolean DEFAULT false NOT NULL,
	"name" text,
	"description" text,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"molecule_type" text NOT NULL,
	"uniprot_id" text,
	"rnacentral_id" text,
	"sequence_accession" text,
	"nucleotide_sequence" text,
	"nucleic_acid_type" text,
	"chebi_id" text,
	"pdb_ligand_id" text,
	"inchikey" text,
	"smiles" text,
	"gene_name" text,
	"organism" text
);
--> statement-breakpoint
CREATE TABLE "organization" (
	"id" uuid PRIMARY KEY NOT NULL,
	"crate_version_id" uuid NOT NULL,
	"entity_id" uuid NOT NULL,
	"identity_key" text NOT NULL,
	"identity" jsonb NOT NULL,
	"iri" text NOT NULL,
	"json_pointer" text NOT NULL,
	"facility" text NOT NULL,
	"proposal_id" text,
	"current" boolean NOT NULL,
	"precedence" smallint NOT NULL,
	"asserted_at" timestamp with time zone NOT NULL,
	"implied" boolean DEFAULT false NOT NULL,
	"name" text,
	"description" text,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"ror" text,
	"acronym" text,
	"organization_type" text,
	"organization_role" text,
	"facility_code" text,
	"country" text
);
--> statement-breakpoint
CREATE TABLE "person" (
	"id" uuid PRIMARY KEY NOT NULL,
	"crate_version_id" uuid NOT NULL,
	"entity_id" uuid NOT NULL,
	"identity_key" text NOT NULL,
	"identity" jsonb NOT NULL,
	"iri" text NOT NULL,
	"json_pointer" text NOT NULL,
	"facility" text NOT NULL,
	"proposal_id" text,
	"current" boolean NOT NULL,
	"precedence" smallint NOT NULL,
	"asserted_at" timestamp with time zone NOT NULL,
	"implied" boolean DEFAULT false NOT NULL,
	"name" text,
	"description" text,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"full_name" text,
	"given_name" text,
	"family_name" text,
	"orcid" text,
	"affiliation" text,
	"affiliation_ror" text,
	"role" text
);
--> statement-breakpoint
CREATE TABLE "proposal" (
	"id" uuid PRIMARY KEY NOT NULL,
	"crate_version_id" uuid NOT NULL,
	"entity_id" uuid NOT NULL,
	"identity_key" text NOT NULL,
	"identity" jsonb NOT NULL,
	"iri" text NOT NULL,
	"json_pointer" text NOT NULL,
	"facility" text NOT NULL,
	"proposal_id" text,
	"current" boolean NOT NULL,
	"precedence" smallint NOT NULL,
	"asserted_at" timestamp with time zone NOT NULL,
	"implied" boolean DEFAULT false NOT NULL,
	"name" text,
	"description" text,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sample" (
	"id" uuid PRIMARY KEY NOT NULL,
	"crate_version_id" uuid NOT NULL,
	"entity_id" uuid NOT NULL,
	"identity_key" text NOT NULL,
	"identity" jsonb NOT NULL,
	"iri" text NOT NULL,
	"json_pointer" text NOT NULL,
	"facility" text NOT NULL,
	"proposal_id" text,
	"current" boolean NOT NULL,
	"precedence" smallint NOT NULL,
	"asserted_at" timestamp with time zone NOT NULL,
	"implied" boolean DEFAULT false NOT NULL,
	"name" text,
	"description" text,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sample_code" text,
	"sample_type" text,
	"protein_name" text,
	"organism" text,
	"expression_system" text,
	"concentration" text,
	"seguid" text
);
--> statement-breakpoint
CREATE TABLE "study" (
	"id" uuid PRIMARY KEY NOT NULL,
	"crate_version_id" uuid NOT NULL,
	"entity_id" uuid NOT NULL,
	"identity_key" text NOT NULL,
	"identity" jsonb NOT NULL,
	"iri" text NOT NULL,
	"json_pointer" text NOT NULL,
	"facility" text NOT NULL,
	"proposal_id" text,
	"current" boolean NOT NULL,
	"precedence" smallint NOT NULL,
	"asserted_at" timestamp with time zone NOT NULL,
	"implied" boolean DEFAULT false NOT NULL,
	"name" text,
	"description" text,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "visit" (
	"id" uuid PRIMARY KEY NOT NULL,
	"crate_version_id" uuid NOT NULL,
	"entity_id" uuid NOT NULL,
	"identity_key" text NOT NULL,
	"identity" jsonb NOT NULL,
	"iri" text NOT NULL,
	"json_pointer" text NOT NULL,
	"facility" text NOT NULL,
	"proposal_id" text,
	"current" boolean NOT NULL,
	"precedence" smallint NOT NULL,
	"asserted_at" timestamp with time zone NOT NULL,
	"implied" boolean DEFAULT false NOT NULL,
	"name" text,
	"description" text,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"visit_number" text,
	"start_time" text,
	"end_time" text,
	"time_earliest" timestamp with time zone,
	"time_before" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "workflow_run" (
	"id" uuid PRIMARY KEY NOT NULL,
	"crate_version_id" uuid NOT NULL,
	"entity_id" uuid NOT NULL,
	"identity_key" text NOT NULL,
	"identity" jsonb NOT NULL,
	"iri" text NOT NULL,
	"json_pointer" text NOT NULL,
	"facility" text NOT NULL,
	"proposal_id" text,
	"current" boolean NOT NULL,
	"precedence" smallint NOT NULL,
	"asserted_at" timestamp with time zone NOT NULL,
	"implied" boolean DEFAULT false NOT NULL,
	"name" text,
	"description" text,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"workflow_code" text,
	"workflow_type" text,
	"software_name" text,
	"software_version" text,
	"processing_level" integer,
	"start_time" text,
	"end_time" text,
	"time_earliest" timestamp with time zone,
	"time_before" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "api_token" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"sha256" "bytea" NOT NULL,
	"kind" text NOT NULL,
	"scopes" jsonb NOT NULL,
	"facilities" jsonb,
	"proposals" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "api_token_sha256_unique" UNIQUE("sha256")
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone NOT NULL,
	"caller" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "block_hashes" (
	"pointer_id" uuid PRIMARY KEY NOT NULL,
	"block_size" integer NOT NULL,
	"hashes" "bytea" NOT NULL,
	"etag" text,
	"recorded_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "embargo" (
	"facility" text NOT NULL,
	"proposal_id" text NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"because" text NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	CONSTRAINT "embargo_facility_proposal_id_pk" PRIMARY KEY("facility","proposal_id")
);
--> statement-breakpoint
CREATE TABLE "membership" (
	"subject" text NOT NULL,
	"facility" text NOT NULL,
	"proposal_id" text NOT NULL,
	"source" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "membership_subject_facility_proposal_id_pk" PRIMARY KEY("subject","facility","proposal_id")
);
--> statement-breakpoint
CREATE TABLE "pin" (
	"pointer_id" uuid PRIMARY KEY NOT NULL,
	"sha256" "bytea" NOT NULL,
	"file_size_bytes" bigint NOT NULL,
	"pinned_at" timestamp with time zone NOT NULL,
	"caller" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pull" (
	"id" uuid PRIMARY KEY NOT NULL,
	"facility" text NOT NULL,
	"source" text NOT NULL,
	"state" text NOT NULL,
	"dry_run" boolean DEFAULT false NOT NULL,
	"caller" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone,
	"complete" boolean,
	"listed" integer DEFAULT 0 NOT NULL,
	"registered" integer DEFAULT 0 NOT NULL,
	"updated" integer DEFAULT 0 NOT NULL,
	"unchanged" integer DEFAULT 0 NOT NULL,
	"quarantined" integer DEFAULT 0 NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL,
	"bytes_referenced" bigint DEFAULT 0 NOT NULL,
	"error" jsonb
);
--> statement-breakpoint
CREATE TABLE "pull_item" (
	"pull_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"crate" text NOT NULL,
	"outcome" text NOT NULL,
	"rows" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"findings" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"error" jsonb,
	CONSTRAINT "pull_item_pull_id_position_pk" PRIMARY KEY("pull_id","position")
);
--> statement-breakpoint
CREATE TABLE "redaction" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "redaction_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"iri" text NOT NULL,
	"because" text NOT NULL,
	"caller" text NOT NULL,
	"redacted_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "replica_state" (
	"pointer_id" uuid NOT NULL,
	"replica" text NOT NULL,
	"state" text NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "replica_state_pointer_id_replica_pk" PRIMARY KEY("pointer_id","replica")
);
--> statement-breakpoint
CREATE TABLE "same_as" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "same_as_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"identity_key_a" text NOT NULL,
	"identity_key_b" text NOT NULL,
	"because" text NOT NULL,
	"caller" text NOT NULL,
	"linked_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "status_change" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "status_change_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"run_entity_id" uuid NOT NULL,
	"processing_status" text NOT NULL,
	"caller" text NOT NULL,
	"changed_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "verification" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "verification_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"pointer_id" uuid NOT NULL,
	"storage_uri" text NOT NULL,
	"outcome" text NOT NULL,
	"sha256_expected" "bytea",
	"sha256_found" "bytea",
	"size_expected" bigint,
	"bytes_read" bigint NOT NULL,
	"failure_code" text,
	"caller" text NOT NULL,
	"door" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "crate_location" ADD CONSTRAINT "crate_location_crate_id_crate_id_fk" FOREIGN KEY ("crate_id") REFERENCES "public"."crate"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "crate_version" ADD CONSTRAINT "crate_version_crate_id_crate_id_fk" FOREIGN KEY ("crate_id") REFERENCES "public"."crate"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "crate_version_document" ADD CONSTRAINT "crate_version_document_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "crate_version_document" ADD CONSTRAINT "crate_version_document_document_sha256_document_sha256_fk" FOREIGN KEY ("document_sha256") REFERENCES "public"."document"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "association" ADD CONSTRAINT "association_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "component_interaction" ADD CONSTRAINT "component_interaction_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_file" ADD CONSTRAINT "data_file_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_file_member" ADD CONSTRAINT "data_file_member_data_file_id_data_file_id_fk" FOREIGN KEY ("data_file_id") REFERENCES "public"."data_file"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "declared_missing" ADD CONSTRAINT "declared_missing_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "experiment_run" ADD CONSTRAINT "experiment_run_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "instrument" ADD CONSTRAINT "instrument_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "molecule" ADD CONSTRAINT "molecule_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization" ADD CONSTRAINT "organization_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "person" ADD CONSTRAINT "person_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "proposal" ADD CONSTRAINT "proposal_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sample" ADD CONSTRAINT "sample_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "study" ADD CONSTRAINT "study_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "visit" ADD CONSTRAINT "visit_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workflow_run" ADD CONSTRAINT "workflow_run_crate_version_id_crate_version_id_fk" FOREIGN KEY ("crate_version_id") REFERENCES "public"."crate_version"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pull_item" ADD CONSTRAINT "pull_item_pull_id_pull_id_fk" FOREIGN KEY ("pull_id") REFERENCES "public"."pull"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "crate_facility" ON "crate" USING btree ("facility","source");--> statement-breakpoint
CREATE INDEX "crate_location_source" ON "crate_location" USING btree ("facility","source","url");--> statement-breakpoint
CREATE UNIQUE INDEX "crate_version_one_current" ON "crate_version" USING btree ("crate_id") WHERE "crate_version"."state" = 'current';--> statement-breakpoint
CREATE INDEX "crate_version_document_sha256" ON "crate_version_document" USING btree ("document_sha256");--> statement-breakpoint
CREATE INDEX "association_version" ON "association" USING btree ("crate_version_id");--> statement-breakpoint
CREATE INDEX "association_subject" ON "association" USING btree ("kind","subject_entity_id") WHERE "association"."current";--> statement-breakpoint
CREATE INDEX "association_object" ON "association" USING btree ("kind","object_entity_id") WHERE "association"."current";--> statement-breakpoint
CREATE INDEX "component_interaction_version" ON "component_interaction" USING btree ("crate_version_id");--> statement-breakpoint
CREATE INDEX "component_interaction_entity" ON "component_interaction" USING btree ("entity_id");--> statement-breakpoint
CREATE INDEX "component_interaction_facility" ON "component_interaction" USING btree ("facility") WHERE "component_interaction"."current";--> statement-breakpoint
CREATE INDEX "data_file_version" ON "data_file" USING btree ("crate_version_id");--> statement-breakpoint
CREATE INDEX "data_file_entity" ON "data_file" USING btree ("entity_id");--> statement-breakpoint
CREATE INDEX "data_file_facility" ON "data_file" USING btree ("facility") WHERE "data_file"."current";--> statement-breakpoint
CREATE INDEX "data_file_pointer" ON "data_file" USING btree ("pointer_id");--> statement-breakpoint
CREATE INDEX "data_file_sha256" ON "data_file" USING btree ("sha256");--> statement-breakpoint
CREATE INDEX "data_file_storage_uri" ON "data_file" USING hash ("storage_uri");--> statement-breakpoint
CREATE INDEX "data_file_related" ON "data_file" USING btree ("related_entity") WHERE "data_file"."current";--> statement-breakpoint
CREATE INDEX "data_file_name" ON "data_file" USING btree ("file_name" COLLATE "C","pointer_id") WHERE "data_file"."current";--> statement-breakpoint
CREATE INDEX "data_file_member_of" ON "data_file_member" USING btree ("data_file_id","path");--> statement-breakpoint
CREATE INDEX "declared_missing_version" ON "declared_missing" USING btree ("crate_version_id");--> statement-breakpoint
CREATE INDEX "declared_missing_entity" ON "declared_missing" USING btree ("entity_id") WHERE "declared_missing"."current";--> statement-breakpoint
CREATE INDEX "experiment_run_version" ON "experiment_run" USING btree ("crate_version_id");--> statement-breakpoint
CREATE INDEX "experiment_run_entity" ON "experiment_run" USING btree ("entity_id");--> statement-breakpoint
CREATE INDEX "experiment_run_facility" ON "experiment_run" USING btree ("facility") WHERE "experiment_run"."current";--> statement-breakpoint
CREATE INDEX "experiment_run_technique" ON "experiment_run" USING btree ("technique") WHERE "experiment_run"."current";--> statement-breakpoint
CREATE INDEX "experiment_run_status" ON "experiment_run" USING btree ("processing_status") WHERE "experiment_run"."current";--> statement-breakpoint
CREATE INDEX "experiment_run_time" ON "experiment_run" USING btree ("time_earliest") WHERE "experiment_run"."current";--> statement-breakpoint
CREATE INDEX "instrument_version" ON "instrument" USING btree ("crate_version_id");--> statement-breakpoint
CREATE INDEX "instrument_entity" ON "instrument" USING btree ("entity_id");--> statement-breakpoint
CREATE INDEX "instrument_facility" ON "instrument" USING btree ("facility") WHERE "instrument"."current";--> statement-breakpoint
CREATE INDEX "molecule_version" ON "molecule" USING btree ("crate_version_id");--> statement-breakpoint
CREATE INDEX "molecule_entity" ON "molecule" USING btree ("entity_id");--> statement-breakpoint
CREATE INDEX "molecule_facility" ON "molecule" USING btree ("facility") WHERE "molecule"."current";--> statement-breakpoint
CREATE INDEX "molecule_uniprot" ON "molecule" USING btree ("uniprot_id");--> statement-breakpoint
CREATE INDEX "organization_version" ON "organization" USING btree ("crate_version_id");--> statement-breakpoint
CREATE INDEX "organization_entity" ON "organization" USING btree ("entity_id");--> statement-breakpoint
CREATE INDEX "organization_facility" ON "organization" USING btree ("facility") WHERE "organization"."current";--> statement-breakpoint
CREATE INDEX "person_version" ON "person" USING btree ("crate_version_id");--> statement-breakpoint
CREATE INDEX "person_entity" ON "person" USING btree ("entity_id");--> statement-breakpoint
CREATE INDEX "person_facility" ON "person" USING btree ("facility") WHERE "person"."current";--> statement-breakpoint
CREATE INDEX "proposal_version" ON "proposal" USING btree ("crate_version_id");--> statement-breakpoint
CREATE INDEX "proposal_entity" ON "proposal" USING btree ("entity_id");--> statement-breakpoint
CREATE INDEX "proposal_facility" ON "proposal" USING btree ("facility") WHERE "proposal"."current";--> statement-breakpoint
CREATE INDEX "sample_version" ON "sample" USING btree ("crate_version_id");--> statement-breakpoint
CREATE INDEX "sample_entity" ON "sample" USING btree ("entity_id");--> statement-breakpoint
CREATE INDEX "sample_facility" ON "sample" USING btree ("facility") WHERE "sample"."current";--> statement-breakpoint
CREATE INDEX "study_version" ON "study" USING btree ("crate_version_id");--> statement-breakpoint
CREATE INDEX "study_entity" ON "study" USING btree ("entity_id");--> statement-breakpoint
CREATE INDEX "study_facility" ON "study" USING btree ("facility") WHERE "study"."current";--> statement-breakpoint
CREATE INDEX "visit_version" ON "visit" USING btree ("crate_version_id");--> statement-breakpoint
CREATE INDEX "visit_entity" ON "visit" USING btree ("entity_id");--> statement-breakpoint
CREATE INDEX "visit_facility" ON "visit" USING btree ("facility") WHERE "visit"."current";--> statement-breakpoint
CREATE INDEX "workflow_run_version" ON "workflow_run" USING btree ("crate_version_id");--> statement-breakpoint
CREATE INDEX "workflow_run_entity" ON "workflow_run" USING btree ("entity_id");--> statement-breakpoint
CREATE INDEX "workflow_run_facility" ON "workflow_run" USING btree ("facility") WHERE "workflow_run"."current";--> statement-breakpoint
CREATE UNIQUE INDEX "api_token_live_name" ON "api_token" USING btree ("name") WHERE "api_token"."revoked_at" IS NULL;--> statement-breakpoint
CREATE INDEX "audit_at" ON "audit" USING btree ("at");--> statement-breakpoint
CREATE INDEX "pull_source" ON "pull" USING btree ("facility","source","started_at");--> statement-breakpoint
CREATE INDEX "status_change_run" ON "status_change" USING btree ("run_entity_id","id");--> statement-breakpoint
CREATE INDEX "verification_pointer" ON "verification" USING btree ("pointer_id","id");