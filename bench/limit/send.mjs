// send.mjs HOST FILE: sends the file to whoever connects, as fast as it can: reads into buffers that are used again and
// again, and so many of them that the socket never waits for the disk.
import { closeSync, openSync, readSync } from 'node:fs'
import { createServer } from 'node:net'

const BUFFERS = 4
const BUFFER_SIZE = 2 ** 20

const [host, path] = process.argv.slice(2)
const server = createServer({ noDelay: true }, socket => {
  const file = openSync(path, 'r')
  let open = true
  const send = buffer => {
    if (!open) return
    const read = readSync(file, buffer)
    if (read === 0) {
      open = false
      closeSync(file)
      socket.end()
    } else {
      socket.write(read === buffer.length ? buffer : buffer.subarray(0, read), () => send(buffer))
    }
  }
  for (let index = 0; index < BUFFERS; index++) send(Buffer.allocUnsafeSlow(BUFFER_SIZE))
})
server.listen(0, host, () => console.log(`listening ${server.address().port}`))
