"""What `kiosk bench` measures on the machine that it runs on. It decides nothing and changes nothing."""
