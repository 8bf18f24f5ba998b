#!lua flags=allow-oom
-- Prolongs the question of who has its token, or ends it.
-- KEYS: 1 question   ARGV: 1 token, 2 ms, or '0' to end it
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
