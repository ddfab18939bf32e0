"""From the settings of a device to its driver on its port: one module a kind of device."""
