"""The vehicle: its motion, engines, legs and sensors."""
