#!/bin/sh
# Bring Temporal's two databases up to the schema of this image; harmless to repeat.
set -eu
schemas=/etc/temporal/schema/postgresql/v12

bring_up() {
    temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u temporal --db "$1" setup-schema -v 0.0
    temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u temporal --db "$1" update-schema -d "$2"
}

bring_up temporal "$schemas/temporal/versioned"
bring_up temporal_visibility "$schemas/visibility/versioned"
