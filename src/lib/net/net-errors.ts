// What the codes of the operating system, the TLS library and undici mean to a person.
import { errors } from 'undici'
import { messageOf } from '../base/errors.ts'

const CERTIFICATE = 'has a certificate that is not to be trusted'

/** Error code → the rest of a sentence that begins with the host. */
const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection',
  EPIPE: 'closed the connection',
  UND_ERR_SOCKET: 'closed the connection',
  ETIMEDOUT: 'did not accept a connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'did not accept a connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'stopped sending before the end of its answer',
  UND_ERR_HEADERS_OVERFLOW: 'sent more header lines than an answer may have',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'sent an answer of another length than it had said',
  ENOTFOUND: 'is not a known host name',
  EAI_AGAIN: 'could not be looked up: no name server answered',
  EHOSTUNREACH: 'cannot be reached from here',
  ENETUNREACH: 'cannot be reached from here',
  EADDRNOTAVAIL: 'cannot be reached from here',
  EAFNOSUPPORT: 'cannot be reached from here',
  EPROTO: 'failed the TLS handshake',
  CERT_HAS_EXPIRED: `${CERTIFICATE}: it has expired`,
  CERT_NOT_YET_VALID: `${CERTIFICATE}: it is not valid yet`,
  ERR_TLS_CERT_ALTNAME_INVALID: `${CERTIFICATE}: it is for another name`,
  DEPTH_ZERO_SELF_SIGNED_CERT: `${CERTIFICATE}: it signed itself`,
  SELF_SIGNED_CERT_IN_CHAIN: `${CERTIFICATE}: its authority signed itself`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `${CERTIFICATE}: its authority is not known`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `${CERTIFICATE}: its authority is not known`,
}

/** What undici says of answers that it does not go on with, before it closes the connection. */
const REFUSED: Readonly<Record<string, string>> = {
  'bad response': 'answered "100 Continue", which only a request that asks for it may be given',
  'bad upgrade': 'changed to another protocol, for which it was not asked',
}

/** The rest of a sentence that begins with the host, such as `refused the connection`. */
export function networkCause(error: unknown): string {
  const refused = error instanceof errors.SocketError ? REFUSED[error.message] : undefined
  if (refused !== undefined) return refused
  const code = codeOf(error)
  if (code !== undefined) {
    const known = CAUSES[code]
    if (known !== undefined) return known
    if (code.startsWith('ERR_SSL_')) return 'failed the TLS handshake'
  }
  if (error instanceof errors.HTTPParserError) return 'does not speak HTTP there'
  return `failed: ${messageOf(error)}`
}

/** The code of an error; of several attempts (an AggregateError) node gives the first one's. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
