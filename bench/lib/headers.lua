-- What browsers send, about 900 bytes in 20 and more fields: four of them in turn, or the first alone ("one" as argument).
-- A second argument that is not empty is sent as JSON by POST.
local function browser(agent, language, extra)
  local headers = {
    ["Host"] = "www.example.com",
    ["User-Agent"] = agent,
    ["Accept"] = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    ["Accept-Language"] = language,
    ["Accept-Encoding"] = "gzip, deflate, br, zstd",
    ["Referer"] = "https://www.example.com/a/page/before/this/one.html?with=a&query=string",
    ["DNT"] = "1",
    ["Upgrade-Insecure-Requests"] = "1",
    ["Sec-Fetch-Dest"] = "document",
    ["Sec-Fetch-Mode"] = "navigate",
    ["Sec-Fetch-Site"] = "same-origin",
    ["Sec-Fetch-User"] = "?1",
    ["Priority"] = "u=0, i",
    ["Cache-Control"] = "max-age=0",
    ["Cookie"] = "sessionid=8p1f0w8m9u7v2c5x3z6q4r1t0y9e8w7q; csrftoken=Zx8Yw7Vu6Ts5Rq4Po3Nm2Lk1Ji0Hg9F; theme=dark; consent=1",
  }
  for name, value in pairs(extra) do headers[name] = value end
  return headers
end

local browsers = {
  browser("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "en-GB,en;q=0.8,de;q=0.5", { ["TE"] = "trailers" }),
  browser("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "de-DE,de;q=0.9,en;q=0.7",
    { ["Sec-CH-UA"] = '"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"', ["Sec-CH-UA-Mobile"] = "?0", ["Sec-CH-UA-Platform"] = '"Windows"' }),
  browser("Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1", "fr-FR,fr;q=0.9",
    { ["X-Requested-With"] = "XMLHttpRequest" }),
  browser("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36", "ko-KR,ko;q=0.9,en;q=0.6",
    { ["Sec-CH-UA-Mobile"] = "?1", ["Save-Data"] = "on", ["If-None-Match"] = 'W/"5f3c-18d9a0b1c2d"', ["Authorization"] = "Bearer 0123456789abcdef0123456789abcdef" }),
}

local requests, next = {}, 0

function init(args)
  local count = args[1] == "one" and 1 or #browsers
  local body = args[2] ~= "" and args[2] or nil
  for index = 1, count do
    if body then browsers[index]["Content-Type"] = "application/json" end
    requests[index] = wrk.format(body and "POST" or "GET", wrk.path, browsers[index], body)
  end
end

function request()
  next = next % #requests + 1
  return requests[next]
end
