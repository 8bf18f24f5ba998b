-- Put behind the first line of every script. Numbers in records are big-endian and compared as bytes: they may be
-- beyond what a Lua number holds, and the order of strings depends on the locale.
local NONE = '\128\0\0\0\0\0\0\0' -- a date that is not set
local NO_EFFECT = '\255\255\255\255'

-- find returns the place and the text of the record in a list that begins with a number of eight bytes.
local function find(list, number)
  local first = redis.call('LINDEX', list, 0)
  if not first then return nil end
  if first:sub(1, 8) == number then return 0, first end
  for from = 1, 1e9, 64 do
    local page = redis.call('LRANGE', list, from, from + 63)
    for i, record in ipairs(page) do
      if record:sub(1, 8) == number then return from + i - 1, record end
    end
    if #page < 64 then return nil end
  end
end

-- take removes a record that find has found.
local function take(list, at, record)
  if at == 0 then redis.call('LPOP', list) else redis.call('LREM', list, 1, record) end
end

-- micros is an hour of eight bytes as a score.
local function micros(hour)
  return string.format('%.0f', (struct.unpack('>i8', hour)))
end

-- bury keeps a dead letter: kind, hour, and what follows of its record.
local function bury(shard, index, letters, chat, kind, hour, rest, body)
  local id = struct.pack('>I8', redis.call('HINCRBY', shard, 'dead', 1))
  redis.call('HSET', letters, 'm' .. id, kind .. hour .. rest, 'b' .. id, body)
  redis.call('ZADD', index, micros(hour), id .. chat)
end
