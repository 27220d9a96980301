"""Tests of the agents' and partners' doors."""
