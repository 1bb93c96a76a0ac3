"""A BitTorrent client of one torrent, for tests: libtorrent_client.py OPTIONS, a JSON object with

  host, port   where to listen and to connect from
  source       the .torrent's path, or a magnet link
  folder       where the content is, or comes to be
  seed         true: the content is complete, do not check it
  peers        [[host, port], ...] to connect to
  slots        how many peers it unchokes at once; left out: its default

It prints a line for each thing that happens (`listening`, `metadata`, `pieces N` and `uploaded N` with running totals,
`complete` once all is written) and goes on until it is terminated.
"""

import json
import os
import select
import sys

import libtorrent as lt

TICK_SECONDS = 0.1
ENCRYPTION_OFF = 2
CATEGORIES = (
    lt.alert.category_t.error_notification
    | lt.alert.category_t.status_notification
    | lt.alert.category_t.storage_notification
)

options = json.loads(sys.argv[1])


def say(*words):
    print(*words, flush=True)


def open_session():
    return lt.session(
        {
            "listen_interfaces": f"{options['host']}:{options['port']}",
            "outgoing_interfaces": options["host"],
            "enable_dht": False,
            "enable_lsd": False,
            "enable_upnp": False,
            "enable_natpmp": False,
            "enable_incoming_utp": False,
            "enable_outgoing_utp": False,
            "allow_multiple_connections_per_ip": True,
            "min_reconnect_time": 1,
            "in_enc_policy": ENCRYPTION_OFF,
            "out_enc_policy": ENCRYPTION_OFF,
            "alert_mask": CATEGORIES,
            **({"unchoke_slots_limit": options["slots"]} if "slots" in options else {}),
        }
    )


def add_torrent(session):
    source = options["source"]
    if source.startswith("magnet:"):
        params = lt.parse_magnet_uri(source)
    else:
        params = lt.add_torrent_params()
        params.ti = lt.torrent_info(source)
    params.save_path = options["folder"]
    params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
    params.flags |= lt.torrent_flags.disable_pex
    if options["seed"]:
        params.flags |= lt.torrent_flags.seed_mode
    handle = session.add_torrent(params)
    for host, port in options["peers"]:
        handle.connect_peer((host, port))
    return handle


def watch(session, handle):
    # Not wait_for_alert: the alert it hands to Python may be gone by then, when others arrive, and Python crashes.
    alerts, wake = os.pipe()
    os.set_blocking(wake, False)
    session.set_alert_fd(wake)
    seen = {"pieces": 0, "uploaded": 0}
    finished = options["seed"]
    while True:
        if select.select([alerts], [], [], TICK_SECONDS)[0]:
            os.read(alerts, 4096)
        for alert in session.pop_alerts():
            if isinstance(alert, lt.listen_succeeded_alert):
                say("listening")
            elif isinstance(alert, lt.metadata_received_alert):
                say("metadata")
            elif isinstance(alert, (lt.torrent_error_alert, lt.file_error_alert, lt.listen_failed_alert)):
                say("error", alert.message())
            elif isinstance(alert, lt.torrent_checked_alert):
                say("checked")
            elif isinstance(alert, lt.cache_flushed_alert) and finished:
                say("complete")
        status = handle.status()
        for name, value in (("pieces", status.num_pieces), ("uploaded", status.total_payload_upload)):
            if value != seen[name]:
                seen[name] = value
                say(name, value)
        if status.is_seeding and not finished:
            finished = True
            handle.flush_cache()


if __name__ == "__main__":
    session = open_session()
    if "slots" in options:
        # Peers of the local network get no slot and are always unchoked, unless they are peers like any others.
        session.set_peer_class_filter(lt.ip_filter())
    watch(session, add_torrent(session))
