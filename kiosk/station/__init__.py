"""The running kiosk: owns the loop, the device pumps, the effects and the settling of what a crash left."""
