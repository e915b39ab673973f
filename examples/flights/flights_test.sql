-- The tests of flights.sql: leat test examples/. Times are milliseconds; an hour is 3600000.
RUN SCRIPT 'flights.sql';

INSERT INTO airports (rowtime, iata, city, state) VALUES (0, 'SEA', 'Seattle', 'WA');

--@test: a flight finds its airport
INSERT INTO flights (flight_id, scheduled, origin, destination, delay) VALUES (1, FROM_UNIXTIME(1000), 'SEA', 'ORD', 7);
ASSERT VALUES departures (rowtime, origin, city, state, destination, delay) VALUES (1000, 'SEA', 'Seattle', 'WA', 'ORD', 7);

--@test: a flight from an unknown airport is kept, without a city
INSERT INTO flights (flight_id, scheduled, origin, destination, delay) VALUES (1, FROM_UNIXTIME(1000), 'QQQ', 'ORD', 7);
ASSERT VALUES departures (rowtime, origin, city, state, destination, delay) VALUES (1000, 'QQQ', NULL, NULL, 'ORD', 7);
ASSERT VALUES by_origin (origin, city, departures, mean_delay) VALUES ('QQQ', NULL, 1, 7.0);

--@test: departures are counted by the hour in which they should have left
INSERT INTO flights (flight_id, scheduled, origin, delay) VALUES (1, FROM_UNIXTIME(3599999), 'SEA', 10);
INSERT INTO flights (flight_id, scheduled, origin, delay) VALUES (2, FROM_UNIXTIME(3600000), 'SEA', 1);
INSERT INTO flights (flight_id, scheduled, origin, delay) VALUES (3, FROM_UNIXTIME(0), 'SEA', -5);
ASSERT VALUES hourly (origin, city, departures, mean_delay, worst_delay, windowstart, windowend) VALUES ('SEA', 'Seattle', 1, 10.0, 10, 0, 3600000);
ASSERT VALUES hourly (origin, city, departures, mean_delay, worst_delay, windowstart, windowend) VALUES ('SEA', 'Seattle', 1, 1.0, 1, 3600000, 7200000);
ASSERT VALUES hourly (origin, city, departures, mean_delay, worst_delay, windowstart, windowend) VALUES ('SEA', 'Seattle', 2, 2.5, 10, 0, 3600000);

--@test: two hours after its hour a departure is too late for it, and still counts for its origin
INSERT INTO flights (flight_id, scheduled, origin, delay) VALUES (1, FROM_UNIXTIME(0), 'SEA', 10);
INSERT INTO flights (flight_id, scheduled, origin, delay) VALUES (2, FROM_UNIXTIME(10799999), 'SEA', 1);
INSERT INTO flights (flight_id, scheduled, origin, delay) VALUES (3, FROM_UNIXTIME(1), 'SEA', 20);
INSERT INTO flights (flight_id, scheduled, origin, delay) VALUES (4, FROM_UNIXTIME(10800000), 'SEA', 1);
INSERT INTO flights (flight_id, scheduled, origin, delay) VALUES (5, FROM_UNIXTIME(2), 'SEA', 30);
INSERT INTO flights (flight_id, scheduled, origin, delay) VALUES (6, FROM_UNIXTIME(10800001), 'SEA', 2);
ASSERT VALUES hourly (origin, departures, mean_delay, windowstart) VALUES ('SEA', 1, 10.0, 0);
ASSERT VALUES hourly (origin, departures, mean_delay, windowstart) VALUES ('SEA', 1, 1.0, 7200000);
ASSERT VALUES hourly (origin, departures, mean_delay, windowstart) VALUES ('SEA', 2, 15.0, 0);
ASSERT VALUES hourly (origin, departures, mean_delay, windowstart) VALUES ('SEA', 1, 1.0, 10800000);
ASSERT VALUES hourly (origin, departures, mean_delay, windowstart) VALUES ('SEA', 2, 1.5, 10800000);
ASSERT VALUES by_origin (origin, departures) VALUES ('SEA', 1);
ASSERT VALUES by_origin (origin, departures) VALUES ('SEA', 2);
ASSERT VALUES by_origin (origin, departures) VALUES ('SEA', 3);
ASSERT VALUES by_origin (origin, departures) VALUES ('SEA', 4);
ASSERT VALUES by_origin (origin, departures) VALUES ('SEA', 5);
ASSERT VALUES by_origin (origin, departures, mean_delay) VALUES ('SEA', 6, 10.666666666666666);

--@test: what a query makes cannot be inserted into
--@expected.message: hourly
INSERT INTO hourly (origin, departures) VALUES ('SEA', 1);
