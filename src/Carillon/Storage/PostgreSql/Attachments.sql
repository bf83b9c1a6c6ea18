-- name: insert_blob
INSERT INTO blob (tenant_id, hash, bytes) VALUES (@tenant, @hash, @bytes) ON CONFLICT DO NOTHING;

-- name: insert_attachment
INSERT INTO attachment (tenant_id, id, hash, filename, content_type, size, created_at)
VALUES (@tenant, @id, @hash, @filename, @type, @size, @created)
ON CONFLICT DO NOTHING;

-- name: find_attachment
SELECT id AS Id, hash AS Hash, filename AS FileName, content_type AS ContentType, size AS Size, created_at AS CreatedAt
FROM attachment WHERE tenant_id = @tenant AND hash = @hash AND filename = @filename AND content_type = @type;

-- name: get_attachment
SELECT id AS Id, hash AS Hash, filename AS FileName, content_type AS ContentType, size AS Size, created_at AS CreatedAt
FROM attachment WHERE tenant_id = @tenant AND id = @id;
