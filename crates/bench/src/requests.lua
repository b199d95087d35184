-- Sends requests that were written beforehand, one after another: a file of lengths and texts.
local requests, count, place = {}, 0, 0

function init(args)
   local file = assert(io.open(args[1], "rb"))
   while true do
      local length = file:read("*n")
      if not length then break end
      file:read(1)
      count = count + 1
      requests[count] = file:read(length)
   end
   file:close()
end

function request()
   place = place + 1
   if place > count then place = 1 end
   return requests[place]
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format("measured %d %d %d %d %d %d %d %d\n", summary.requests, summary.duration, errors.status,
      errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50), latency:percentile(99),
      summary.bytes, count))
end
