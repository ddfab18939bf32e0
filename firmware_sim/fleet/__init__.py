"""Many stations at once, each with a real MQTT client of its own (`firmware-sim fleet`)."""
