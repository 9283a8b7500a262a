"""The SQL that an administrator runs once: a register of the entries of many repositories, which only grows."""

from __future__ import annotations

SCHEMA = """\
-- Register of Assay's ledgers for PostgreSQL 13 or newer. Run it as the user who is to own the register.
-- Then: GRANT assay_ledger_writer TO the user that publishes.
BEGIN;
CREATE SCHEMA assay_ledger;
DO $$ BEGIN CREATE ROLE assay_ledger_writer NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE TABLE assay_ledger.entries (
    repository text NOT NULL CHECK (repository <> ''),
    sequence bigint NOT NULL,
    line bytea NOT NULL,
    digest text NOT NULL,
    previous text NOT NULL,
    published timestamptz NOT NULL,
    publisher text NOT NULL,
    PRIMARY KEY (repository, sequence)
);

-- A row has only the repository and the line from its writer; everything else follows from them.
CREATE FUNCTION assay_ledger.follow() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entry json := convert_from(NEW.line, 'UTF8')::json;
    last record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.repository, 0));
    SELECT sequence, digest INTO last FROM assay_ledger.entries
        WHERE repository = NEW.repository ORDER BY sequence DESC LIMIT 1;
    NEW.sequence := (entry->>'sequence')::bigint;
    NEW.previous := entry->>'previous';
    NEW.digest := 'sha256:' || encode(sha256(NEW.line), 'hex');
    NEW.published := now();
    NEW.publisher := session_user;
    IF NEW.sequence IS DISTINCT FROM coalesce(last.sequence, 0) + 1
            OR NEW.previous IS DISTINCT FROM coalesce(last.digest, '') THEN
        RAISE EXCEPTION 'entry % does not follow entry % of %', NEW.sequence, coalesce(last.sequence, 0), NEW.repository
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER follow BEFORE INSERT ON assay_ledger.entries FOR EACH ROW EXECUTE FUNCTION assay_ledger.follow();

CREATE FUNCTION assay_ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries of the register are never changed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON assay_ledger.entries
    FOR EACH STATEMENT EXECUTE FUNCTION assay_ledger.refuse();

CREATE VIEW assay_ledger.runs AS
SELECT repository, sequence, e->>'time' AS time, e->>'kind' AS kind, e->>'verdict' AS verdict, e->>'commit' AS commit,
    e->>'tree' AS tree, e->>'branch' AS branch, e->>'actor' AS actor, (e->'totals'->>'failed')::bigint AS failed,
    (e->'totals'->>'waived')::bigint AS waived, e->>'digest' AS run_digest, digest, published, publisher
FROM (SELECT *, convert_from(line, 'UTF8')::json AS e FROM assay_ledger.entries) AS own;

REVOKE ALL ON assay_ledger.entries, assay_ledger.runs FROM PUBLIC;
GRANT USAGE ON SCHEMA assay_ledger TO assay_ledger_writer;
GRANT SELECT, INSERT (repository, line) ON assay_ledger.entries TO assay_ledger_writer;
GRANT SELECT ON assay_ledger.runs TO assay_ledger_writer;
COMMIT;
"""
