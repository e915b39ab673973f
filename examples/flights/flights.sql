-- Flights: real departures, read in the order in which they left, counted by the hour in which they should have left.

CREATE TABLE airports (iata STRING PRIMARY KEY, name STRING, city STRING, state STRING, country STRING,
                       latitude DOUBLE, longitude DOUBLE)
  WITH (kafka_topic = 'airports', value_format = 'DELIMITED', partitions = 4);

CREATE STREAM flights (flight_id BIGINT KEY, scheduled TIMESTAMP, origin STRING, destination STRING, distance INT,
                       delay INT, actual TIMESTAMP)
  WITH (kafka_topic = 'flights', key_format = 'KAFKA', value_format = 'JSON', timestamp = 'scheduled', partitions = 4);

CREATE STREAM departures AS
  SELECT f.origin AS origin, a.city AS city, a.state AS state, f.destination AS destination, f.delay AS delay
  FROM flights f LEFT JOIN airports a ON f.origin = a.iata
  EMIT CHANGES;

-- A departure that comes more than two hours of event time after its hour has ended is late: it is counted as such in
-- the query's counters (DESCRIBE EXTENDED, EXPLAIN, /metrics), and changes nothing.
CREATE TABLE hourly AS
  SELECT origin, LATEST_BY_OFFSET(city) AS city, COUNT(*) AS departures, AVG(delay) AS mean_delay, MAX(delay) AS worst_delay
  FROM departures WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 2 HOURS)
  GROUP BY origin
  EMIT CHANGES;

CREATE TABLE by_origin AS
  SELECT origin, LATEST_BY_OFFSET(city) AS city, COUNT(*) AS departures, AVG(delay) AS mean_delay
  FROM departures GROUP BY origin
  EMIT CHANGES;
