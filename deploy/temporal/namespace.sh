#!/bin/sh
# Create the namespace of the journeys unless it is there. Closed histories are kept for $RETENTION.
set -eu
temporal operator namespace describe --namespace "$NAMESPACE" >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$NAMESPACE" --retention "$RETENTION"
