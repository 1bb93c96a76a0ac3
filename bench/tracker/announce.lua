-- Announces of random peers in random swarms, for wrk: wrk … -s announce.lua URL -- HASHES close|keep
-- HASHES has an info-hash a line, in hexadecimal. `close` opens a connection for each announce, as clients do.
local PEERS = 100000
local hashes = {}

local function percent(hex)
  return (hex:gsub("%x%x", "%%%0"))
end

function init(args)
  for line in io.lines(args[1]) do
    hashes[#hashes + 1] = percent(line)
  end
  math.randomseed(os.time())
  wrk.headers["User-Agent"] = "bench/1.0"
  wrk.headers["Accept-Encoding"] = "gzip"
  if args[2] == "close" then
    wrk.headers["Connection"] = "close"
  end
end

function request()
  local peer = math.random(PEERS)
  local path = string.format(
    "/announce?info_hash=%s&peer_id=-XX0100-%012d&port=%d&uploaded=0&downloaded=0&left=%d&compact=1&numwant=50&key=%08x",
    hashes[math.random(#hashes)], peer, 1024 + peer % 60000, peer % 4 == 0 and 0 or 1000000, peer)
  return wrk.format("GET", path)
end
