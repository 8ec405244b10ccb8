<?php
// The same three pages as the others have: hello, an echo of JSON, a table of 50 rows in a layout.
$path = $_SERVER['PATH_INFO'] ?? '/';

if ($path === '/echo') {
    header('Content-Type: application/json');
    echo json_encode(json_decode(file_get_contents('php://input')));
    return;
}

if ($path === '/page') {
    $title = 'People';
    $rows = [];
    for ($index = 0; $index < 50; $index++) {
        $rows[] = [
            'id' => $index + 1,
            'name' => 'Person ' . ($index + 1) . ' <first & last>',
            'email' => 'person' . ($index + 1) . '@example.com',
            'city' => $index % 3 === 0 ? 'Zürich' : "Land's End",
            'amount' => ($index * 37) % 1000,
        ];
    }
    ob_start();
    require __DIR__ . '/page.php';
    $content = ob_get_clean();
    require __DIR__ . '/layout.php';
    return;
}

header('Content-Type: text/plain; charset=utf-8');
echo 'Hello, world!';
