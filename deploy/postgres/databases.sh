#!/bin/sh
# Roles and databases, made once when the PostgreSQL volume is empty. Passwords come from mounted secrets.
set -eu
secrets="${SECRETS:-/run/secrets}"
JOURNEYS_PASSWORD="$(cat "$secrets/journeys_password")"
TEMPORAL_PASSWORD="$(cat "$secrets/temporal_password")"
export JOURNEYS_PASSWORD TEMPORAL_PASSWORD
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv journeys_password JOURNEYS_PASSWORD
\getenv temporal_password TEMPORAL_PASSWORD
CREATE ROLE journeys LOGIN PASSWORD :'journeys_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE journeys OWNER journeys;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE CONNECT ON DATABASE journeys, temporal, temporal_visibility FROM PUBLIC;
SQL
