-- The database of a device as the first version made it, with a row of goods, a change that waits and a user.
CREATE TABLE _settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE _constants (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE _users (
    name TEXT PRIMARY KEY COLLATE person, verifier TEXT NOT NULL, roles TEXT NOT NULL, language TEXT NOT NULL,
    item BLOB, disabled INTEGER NOT NULL DEFAULT 0, wrong_tries INTEGER NOT NULL DEFAULT 0, locked_until TEXT
) WITHOUT ROWID;
CREATE TABLE _changes (
    position INTEGER PRIMARY KEY AUTOINCREMENT, object TEXT NOT NULL, key BLOB NOT NULL, kind TEXT NOT NULL,
    origin TEXT NOT NULL, user TEXT NOT NULL, base_version INTEGER, changed TEXT, sent_no INTEGER, UNIQUE (object, key)
);
CREATE TABLE _touched (object TEXT NOT NULL, id BLOB NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,
    PRIMARY KEY (object, id, name)) WITHOUT ROWID;
CREATE TABLE _main_versions (object TEXT NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (object, id)) WITHOUT ROWID;
CREATE TABLE _nodes (
    code TEXT PRIMARY KEY, device BLOB UNIQUE, name TEXT NOT NULL, user TEXT NOT NULL, accepted_no INTEGER NOT NULL DEFAULT 0,
    received INTEGER NOT NULL DEFAULT 0, last_outcomes TEXT, last_contact TEXT, revoked INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE _devices (
    device TEXT NOT NULL, user_name TEXT NOT NULL, device_name TEXT NOT NULL, revoked INTEGER NOT NULL DEFAULT 0,
    last_seen INTEGER NOT NULL, PRIMARY KEY (device, user_name)
) WITHOUT ROWID;
CREATE TABLE "Catalog.Goods" ("Ref" BLOB NOT NULL, "Version" INTEGER NOT NULL, "Code" TEXT, "Description" TEXT, "Parent" BLOB,
    "IsGroup" INTEGER, "DeletionMark" INTEGER, "Weight" INTEGER, PRIMARY KEY ("Ref")) WITHOUT ROWID;
CREATE INDEX "Catalog.Goods by Weight" ON "Catalog.Goods" ("Weight");
INSERT INTO _settings VALUES ('layout', '{"Catalog.Goods/Code":"string(9)","Catalog.Goods/Description":"string(100)","Catalog.Goods/Weight":"decimal(15.3)"}');
INSERT INTO _settings VALUES ('exchange.received', '17');
INSERT INTO _users VALUES ('ann', 'none', 'Seller', 'en', NULL, 0, 0, NULL);
INSERT INTO _devices VALUES ('00000000-0000-0000-0000-000000000007', 'ann', 'phone', 0, 1);
INSERT INTO "Catalog.Goods" VALUES (x'01930000000070008000000000000001', 1, '000000001', 'Tea', NULL, 0, 0, 1500);
INSERT INTO _changes (object, key, kind, origin, user) VALUES ('Catalog.Goods', x'01930000000070008000000000000001', 'object', '', 'ann');
PRAGMA application_id = 1417106280;
