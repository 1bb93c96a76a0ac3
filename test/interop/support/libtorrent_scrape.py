"""Has libtorrent scrape the trackers of a torrent: libtorrent_scrape.py HOST:PORT TORRENT_FILE FOLDER

It prints `complete N incomplete N` of the first answer, or `failed` and why. It does not announce: the torrent is paused.
"""

import sys
import time

import libtorrent as lt

PAUSE_SECONDS = 0.05

interface, torrent, folder = sys.argv[1:]
session = lt.session(
    {
        "listen_interfaces": interface,
        "enable_dht": False,
        "enable_lsd": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "alert_mask": lt.alert.category_t.tracker_notification | lt.alert.category_t.error_notification,
    }
)
params = lt.add_torrent_params()
params.ti = lt.torrent_info(torrent)
params.save_path = folder
params.flags |= lt.torrent_flags.paused
params.flags &= ~lt.torrent_flags.auto_managed
handle = session.add_torrent(params)
handle.scrape_tracker()
while True:
    for alert in session.pop_alerts():
        if isinstance(alert, lt.scrape_reply_alert):
            print(f"complete {alert.complete} incomplete {alert.incomplete}", flush=True)
            sys.exit(0)
        if isinstance(alert, lt.scrape_failed_alert):
            print("failed", alert.message(), flush=True)
            sys.exit(1)
    time.sleep(PAUSE_SECONDS)
