DROP VIEW auth.people;
DROP POLICY people ON auth.memberships;
