-- A pull whose process was killed stayed "running" for ever; from the next migration on a running pull is its source's lease.
UPDATE "pull" SET "state" = 'failed', "finished_at" = now() WHERE "state" = 'running';
