# Has ruby-pg's specs use the server that PGPORT names instead of one of their own.
require File.join(Dir.pwd, 'spec', 'helpers')

class PG::TestingHelpers::PostgresServer
  def initialize(name, port: nil, postgresql_conf: '')
    @name = name
    @port = Integer(ENV.fetch('PGPORT'))
    @test_dir = Pathname(ENV.fetch('COMPAT_SCRATCH'))
    @pgdata = @test_dir
    @unix_socket = ENV.fetch('COMPAT_SOCKET')
    @conninfo = "host=localhost port=#{@port} dbname=test"
  end

  def create_test_db; end

  def teardown; end
end
