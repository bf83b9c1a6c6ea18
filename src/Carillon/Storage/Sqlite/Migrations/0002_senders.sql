-- Domains whose mail is signed. The private key is sealed; dns_value is the public one as the DNS holds it.
CREATE TABLE sender_domain (
  tenant_id INTEGER NOT NULL,
  id BLOB NOT NULL,
  domain TEXT NOT NULL,
  selector TEXT NOT NULL,
  dns_value TEXT NOT NULL,
  private_key BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX sender_domain_name ON sender_domain (tenant_id, domain, selector);
