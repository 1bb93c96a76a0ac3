// What we call ourselves to peers (BEP 10 `v`) and trackers; the peer id's `-tb0100-` says the same (BEP 20).

export const VERSION = '0.1.0'
export const CLIENT: string = `bt ${VERSION}`
