"""`python -m local`: run the platform on this machine until Ctrl-C."""

import signal

if __name__ == "__main__":
    # While modules are being imported there is nothing to stop yet: Ctrl-C just ends the process.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    from local.server import main

    main()
