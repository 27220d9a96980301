"""The matrix of rules: where each clause of the documents stands, who implements it and which tests name it."""
