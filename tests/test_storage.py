async def test_pool(pool):
    assert await pool.fetchval("select $1::jsonb", {"a": 1}) == {"a": 1}
