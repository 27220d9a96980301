"""The shapes that cross a boundary: frozen, validated, and importing nothing of ours."""
