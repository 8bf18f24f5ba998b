#!lua flags=allow-oom
-- Counts a try of an update that waits.
-- KEYS: shard, waiting   ARGV: fence, update
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 'fenced' end
local at, record = find(KEYS[2], ARGV[2])
if not at then return 'conflict' end
local tries = struct.unpack('>I4', record, 17) + 1
redis.call('LSET', KEYS[2], at, record:sub(1, 16) .. struct.pack('>I4', tries) .. record:sub(21))
return 'ok'
