#!lua flags=no-writes
-- A page of a chat's outbox.
-- KEYS: outbox   ARGV: lowest number, limit
local from, limit, out = tonumber(ARGV[1]), tonumber(ARGV[2]), {}
for at = 0, 1e9, 64 do
  local page = redis.call('LRANGE', KEYS[1], at, at + 63)
  for _, message in ipairs(page) do
    if #out == limit then return out end
    if struct.unpack('>I8', message) >= from then out[#out + 1] = message end
  end
  if #page < 64 then return out end
end
