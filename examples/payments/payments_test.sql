-- The tests of payments.sql: leat test examples/
RUN SCRIPT 'payments.sql';

INSERT INTO accounts (rowtime, id, owner, daily_limit) VALUES (0, 'alice', 'Alice', 1000.00);
INSERT INTO accounts (rowtime, id, owner, daily_limit) VALUES (0, 'bob', 'Bob', 1000.00);

--@test: a transfer is an entry out of one account and one into another
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (1000, 't-1', 'alice', 'bob', 12.50);
ASSERT VALUES accepted (rowtime, source, transfer, target, amount) VALUES (1000, 'alice', 't-1', 'bob', 12.50);
ASSERT VALUES entries (rowtime, account, transfer, amount) VALUES (1000, 'alice', 't-1', -12.50);
ASSERT VALUES entries (rowtime, account, transfer, amount) VALUES (1000, 'bob', 't-1', 12.50);
ASSERT VALUES balances (account, balance, entries) VALUES ('alice', -12.50, 1);
ASSERT VALUES balances (account, balance, entries) VALUES ('bob', 12.50, 1);

--@test: balances go on to the cent
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (1000, 't-1', 'alice', 'bob', 0.10);
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (2000, 't-2', 'alice', 'bob', 0.20);
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (3000, 't-3', 'bob', 'alice', 0.30);
ASSERT VALUES balances (account, balance, entries) VALUES ('alice', -0.10, 1);
ASSERT VALUES balances (account, balance, entries) VALUES ('bob', 0.10, 1);
ASSERT VALUES balances (account, balance, entries) VALUES ('alice', -0.30, 2);
ASSERT VALUES balances (account, balance, entries) VALUES ('bob', 0.30, 2);
ASSERT VALUES balances (account, balance, entries) VALUES ('bob', 0.00, 3);
ASSERT VALUES balances (account, balance, entries) VALUES ('alice', 0.00, 3);

--@test: a transfer that is wrong is rejected with its reason, and moves nothing
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (1000, 't-1', 'carol', 'bob', 1.00);
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (2000, 't-2', 'alice', 'alice', 1.00);
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (3000, 't-3', 'alice', 'bob', 0.00);
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (4000, 't-4', 'alice', 'bob', -5.00);
INSERT INTO transfers (rowtime, id, source, target) VALUES (5000, 't-5', 'alice', 'bob');
INSERT INTO transfers (rowtime, id, source, amount) VALUES (6000, 't-6', 'alice', 5.00);
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (7000, 't-7', 'alice', 'bob', 1.00);
ASSERT VALUES rejected (source, transfer, reason) VALUES ('carol', 't-1', 'unknown account');
ASSERT VALUES rejected (source, transfer, reason) VALUES ('alice', 't-2', 'source and target are the same');
ASSERT VALUES rejected (source, transfer, reason) VALUES ('alice', 't-3', 'amount must be positive');
ASSERT VALUES rejected (source, transfer, reason) VALUES ('alice', 't-4', 'amount must be positive');
ASSERT VALUES rejected (source, transfer, reason) VALUES ('alice', 't-5', 'amount must be positive');
ASSERT VALUES rejected (source, transfer, reason) VALUES ('alice', 't-6', 'no target');
ASSERT VALUES accepted (source, transfer) VALUES ('alice', 't-7');
ASSERT VALUES balances (account, balance, entries) VALUES ('alice', -1.00, 1);

--@test: an account counts from when it was opened
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (1000, 't-1', 'carol', 'bob', 1.00);
INSERT INTO accounts (rowtime, id, owner, daily_limit) VALUES (2000, 'carol', 'Carol', 1000.00);
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (3000, 't-2', 'carol', 'bob', 1.00);
ASSERT VALUES rejected (source, transfer, reason) VALUES ('carol', 't-1', 'unknown account');
ASSERT VALUES accepted (source, transfer) VALUES ('carol', 't-2');

--@test: only a minute over the line is suspicious
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (1000, 't-1', 'alice', 'bob', 5000.00);
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (59999, 't-2', 'alice', 'bob', 0.01);
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (60000, 't-3', 'alice', 'bob', 4999.00);
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (61000, 't-4', 'alice', 'bob', 2.00);
ASSERT VALUES suspicious (source, spent, transfers, windowstart, windowend) VALUES ('alice', 5000.01, 2, 0, 60000);
ASSERT VALUES suspicious (source, spent, transfers, windowstart, windowend) VALUES ('alice', 5001.00, 2, 60000, 120000);

--@test: what comes ten seconds after its minute is over does not change it
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (1000, 't-1', 'alice', 'bob', 6000.00);
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (69999, 't-2', 'alice', 'bob', 1.00);
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (59000, 't-3', 'alice', 'bob', 1.00);
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (70000, 't-4', 'alice', 'bob', 1.00);
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (59000, 't-5', 'alice', 'bob', 1.00);
INSERT INTO transfers (rowtime, id, source, target, amount) VALUES (71000, 't-6', 'alice', 'bob', 6000.00);
ASSERT VALUES suspicious (source, spent, transfers, windowstart, windowend) VALUES ('alice', 6000.00, 1, 0, 60000);
ASSERT VALUES suspicious (source, spent, transfers, windowstart, windowend) VALUES ('alice', 6001.00, 2, 0, 60000);
ASSERT VALUES suspicious (source, spent, transfers, windowstart, windowend) VALUES ('alice', 6002.00, 3, 60000, 120000);

--@test: an amount is a number
--@expected.error: invalid-argument
INSERT INTO transfers (id, source, target, amount) VALUES ('t-1', 'alice', 'bob', 'much');
