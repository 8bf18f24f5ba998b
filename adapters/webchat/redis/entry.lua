#!lua flags=no-writes
-- The entry of a mark, and its number.
-- KEYS: 1 chat, 2 entries   ARGV: 1 mark
local all = redis.call('LRANGE', KEYS[2], 0, -1)
for i, record in ipairs(all) do
  if record:sub(1, 16) == ARGV[1] then
    return { record, string.format('%.0f', tonumber(redis.call('HGET', KEYS[1], 'last') or 0) - #all + i) }
  end
end
return {}
