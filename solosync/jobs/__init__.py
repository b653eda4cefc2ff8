"""Work done in the background. Rows of the database say what is to be done, Huey hands it to
threads; a job may run twice, and none is lost."""
