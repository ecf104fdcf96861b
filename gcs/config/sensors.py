"""The sensors of a vehicle's flight computers, as its file describes them."""

from __future__ import annotations

from pydantic import model_validator

from gcs.config.model import ConfigModel, NonNegative, Positive, Share, Source, Span

_FIXES_UNDER_WAY = 8
"""Most fixes that a receiver works on at a time."""


class SensorsConfig(ConfigModel):
    """Sensors of one flight computer: errors are drawn anew for each computer and seed.

    Standard deviations. Biases are constant in a flight; antenna heights are over the feet.
    """

    source: Source
    accelerometer_bias_m_s2: NonNegative = 0.005
    accelerometer_noise_m_s2: NonNegative = 0.02
    accelerometer_scale: NonNegative = 3e-4
    gyro_bias_rad_s: NonNegative = 5e-6
    gyro_noise_rad_s: NonNegative = 2e-4
    imu_height_m: NonNegative = 15.0
    alignment_rad: NonNegative = 5e-4
    gnss_rate_hz: Positive = 5.0
    gnss_position_m: NonNegative = 1.5
    gnss_noise_m: NonNegative = 0.2
    gnss_velocity_m_s: NonNegative = 0.05
    gnss_latency: Span = 80_000_000
    gnss_dropout: Share = 0.005
    gnss_height_m: NonNegative = 20.0
    baro_rate_hz: Positive = 20.0
    baro_bias_m: NonNegative = 8.0
    baro_noise_m: NonNegative = 0.5
    radar_rate_hz: Positive = 20.0
    radar_noise_m: NonNegative = 0.1
    radar_range_m: Positive = 3000.0
    radar_blind_m: NonNegative = 30.0
    gauge_share: NonNegative = 0.003

    @model_validator(mode="after")
    def _in_time(self) -> SensorsConfig:
        if 1e-9 * self.gnss_latency * self.gnss_rate_hz > _FIXES_UNDER_WAY:
            raise ValueError(f"gnss_latency must not exceed {_FIXES_UNDER_WAY} / gnss_rate_hz")
        return self
