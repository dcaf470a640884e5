-- A board is known by what it was paired with (board_sessions); the token in the address of its page opens nothing any more.
alter table boards drop column token;
