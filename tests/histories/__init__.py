"""Recorded histories of every workflow type, which today's code must replay, and the program that records them."""
