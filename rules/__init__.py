"""Coverage as pure functions: facts and product terms in, cited findings out."""
