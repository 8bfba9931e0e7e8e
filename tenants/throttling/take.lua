-- Takes from all buckets or from none, by Valkey's own clock. See rules.py, which this repeats.
-- KEYS: the buckets. ARGV: cost, then for each bucket its interval (microseconds) and its count.
-- Answers for each bucket: remaining, wait and reset (microseconds).
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local cost = tonumber(ARGV[1])
local before, after, refused = {}, {}, false
for i, key in ipairs(KEYS) do
  local interval, room = tonumber(ARGV[2 * i]), ARGV[2 * i] * ARGV[2 * i + 1]
  before[i] = math.min(math.max(tonumber(redis.call('GET', key) or 0), now), now + room)
  after[i] = math.max(before[i] + cost * interval, now)
  refused = refused or (cost > 0 and after[i] - now > room)
end
local answer = {}
for i, key in ipairs(KEYS) do
  local interval, room = tonumber(ARGV[2 * i]), ARGV[2 * i] * ARGV[2 * i + 1]
  local kept = refused and before[i] or after[i]
  if not refused and cost ~= 0 then
    if kept > now then
      redis.call('SET', key, string.format('%.0f', kept), 'PX', math.ceil((kept - now) / 1000))
    else
      redis.call('DEL', key)
    end
  end
  answer[#answer + 1] = math.floor((now + room - kept) / interval)
  answer[#answer + 1] = cost > 0 and math.max(0, after[i] - now - room) or 0
  answer[#answer + 1] = kept - now
end
return answer
