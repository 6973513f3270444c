"""The demo project: will a flight from New York arrive more than 15 minutes late? Real departures of 2013."""
