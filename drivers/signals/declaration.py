"""What the drivers of lamps, buzzers and sort bins say of themselves."""

from __future__ import annotations

from drivers.declared import Declaration, Kind, Sureness

_RELAY = Declaration(
    kind=Kind.SIGNALS,
    driver="serial-relay",
    make="LC Technology and others (sold as LCUS)",
    models=("LCUS-1", "LCUS-2", "LCUS-4", "LCUS-8"),
    interfaces=("serial 9,600 8N1 (USB, CH340)",),
    protocol="A0, channel, state, sum",
    supported=(
        "outputs by name",
        "off after a time, by our timer",
        "all off when the port opens; each state told again from time to time",
    ),
    left_out=(
        "confirmation: most boards do not answer, and public programs disagree on the query FF and the codes 2 to 5",
        "a timer of the board's own: it has none",
    ),
    sure=Sureness.OTHERS,
    source="sellers' protocol text; github Pebble94464/lcus-usb-relay-module-controller demo1.py",
    settings="""\
[[signals]]
driver = "serial-relay"
port = "/dev/relays"
outputs = [{ name = "return-lamp", channel = 1 }, { name = "gate-buzzer", channel = 2 }]
""",
    usb=("1a86:7523",),
)

_TASMOTA = Declaration(
    kind=Kind.SIGNALS,
    driver="tasmota",
    make="any board or plug with Tasmota firmware",
    models=("1 to 8 relays",),
    interfaces=("MQTT 3.1.1 through a broker",),
    protocol="cmnd/NAME/POWERn, stat/NAME/POWERn, tele/NAME/LWT",
    supported=(
        "outputs by name, confirmed by the board",
        "off after a time, by our timer and by the board's own (PulseTime)",
        "told again when the board or the broker comes back",
        "any FullTopic",
    ),
    left_out=(
        "relays 9 and up: they share the timers of the first eight",
        "StateText other than ON and OFF; TLS to the broker",
    ),
    sure=Sureness.MANUAL,
    source="tasmota.github.io/docs: MQTT, Commands",
    settings="""\
[[signals]]
driver = "tasmota"
topic = "gate-lamp"                 # the board's Topic
outputs = [{ name = "gate-lamp", channel = 1 }]
broker = { host = "broker.library.example", port = 1883, username = "gate", password_file = "secrets/broker" }
""",
)

_MODBUS = Declaration(
    kind=Kind.SIGNALS,
    driver="modbus",
    make="Waveshare and others",
    models=("boards with relays and inputs, Modbus RTU",),
    interfaces=("serial 9,600 8N1 (USB, RS485)", "TCP (a serial server)"),
    protocol="Modbus RTU: read discrete inputs (02), write single coil (05)",
    supported=(
        "outputs by name, confirmed by the board",
        "inputs by name, asked for 20 times a second",
        "off after a time, by our timer; each state told again when the board comes back",
    ),
    left_out=("Modbus TCP, several boards on one line", "a timer of the board's own: each maker has another"),
    sure=Sureness.MANUAL,
    source="MODBUS over Serial Line V1.02; MODBUS Application Protocol V1.1b3",
    settings="""\
[[signals]]
driver = "modbus"
port = "/dev/doors"
outputs = [{ name = "flap", channel = 1 }, { name = "tray", channel = 2 }]
inputs = [{ name = "fallen", channel = 1 }, { name = "closed", channel = 2 }]
""",
)

DECLARED = (_RELAY, _TASMOTA, _MODBUS)
