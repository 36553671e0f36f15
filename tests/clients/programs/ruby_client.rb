# One living Ruby SDK default chain; see clients_test.py for the lines it reads and writes.
require 'json'
require 'aws-sdk-core'

$stdout.sync = true
provider = nil

STDIN.each_line do |line|
  begin
    provider ||= Aws::CredentialProviderChain.new.resolve
    raise 'no credentials' unless provider
    key = provider.credentials && provider.credentials.access_key_id
    unless key
      provider = nil
      raise 'nil credentials'
    end
    if line.strip == 'call'
      key = Aws::STS::Client.new(credentials: provider, region: 'us-east-1', endpoint: ENV['STS_URL'])
                            .get_caller_identity.user_id
    end
    puts JSON.generate(access_key: key)
  rescue StandardError => e
    puts JSON.generate(error: e.message)
  end
end
