-- Run once by a superuser before the first `migrate`: the login of the service and the database that it owns.
-- It may create roles, because the first migration makes the two that the service acts as; it is no superuser.
create role notification_owner login createrole password 'change-me';
create database notification owner notification_owner;
